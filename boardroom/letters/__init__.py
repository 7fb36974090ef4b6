"""What the patient and the referring hospital are told, in writing."""
