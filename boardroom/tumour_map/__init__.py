"""Where the lesions lie: radiology's readings on a drawing of the liver."""
