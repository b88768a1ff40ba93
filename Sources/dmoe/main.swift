print("dmoe")
