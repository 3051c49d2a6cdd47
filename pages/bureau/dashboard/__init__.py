"""The officers' first screen: figures against targets, trend, funnel, ranking. Only `reading` asks the database."""
