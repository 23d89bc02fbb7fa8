in_both_autos = "from b.auto"
