"""After the decision: was the plan carried out, and when does the case come back."""
