"""Public data sets with sites of their own: what one shot loses there to the pooled fit."""
