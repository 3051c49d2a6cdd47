"""部门填报: what departments report, its review, and until when it is due."""
