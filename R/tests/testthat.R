library(testthat)
library(dmoe)

test_check("dmoe")
