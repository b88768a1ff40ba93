"""A study of DistributedMoE as an app of Flower."""
