"""Publishing a month: what may be proposed, what an officer confirms, what is out and what it comes to today."""
