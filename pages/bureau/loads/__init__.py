"""清运单: what the weighbridge printed, entered, shared among communities and corrected."""
