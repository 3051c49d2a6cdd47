"""The officers' operations: aggregates of the communities in their reach; a household only with a reason."""
