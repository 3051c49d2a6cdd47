"""What guides do: come and go, judge, check, report; and what is fixed for them beforehand."""
