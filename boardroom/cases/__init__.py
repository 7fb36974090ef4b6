"""Referral, first opinion, clinical facts, documents, the patient's wishes and questions."""
