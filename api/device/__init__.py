"""The door of the smart bins: signed batches of drop-offs."""
