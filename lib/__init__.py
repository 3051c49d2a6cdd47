"""Small model-free modules named by topic. They import nothing of ours."""
