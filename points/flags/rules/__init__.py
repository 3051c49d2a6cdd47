"""What makes a flag: each rule takes plain values and gives evidence or nothing. Pure: no ORM, no clock."""
