"""The clinical facts that a case of the liver board records, with their units and ranges.

Two ranges for every number, both in the fact's first (standard) unit: outside the possible range a
value is refused, because no patient has it; outside the probable range it is kept with a warning,
because it is more often a slip of the unit than a finding. Units and factors follow units.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from boardroom.clinical import catalogue_findings as findings
from boardroom.clinical import catalogue_labs as labs
from boardroom.clinical.catalogue_conditions import condition_facts
from boardroom.clinical.fact import Fact


def _all() -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for section in (
        labs.liver_facts(),
        labs.blood_facts(),
        findings.tumour_facts(),
        findings.vascular_facts(),
        findings.background_facts(),
        findings.fitness_facts(),
        condition_facts(),
    ):
        for fact in section:
            if fact.key in facts:
                raise AssertionError(f"the fact '{fact.key}' is defined twice")
            facts[fact.key] = fact
    return facts


FACTS: Mapping[str, Fact] = MappingProxyType(_all())
"""Every fact by its key, in the order in which a form shows them."""
