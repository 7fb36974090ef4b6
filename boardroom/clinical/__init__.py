"""Pure clinical functions: facts, units, and what is computed from them. No web, no database."""
