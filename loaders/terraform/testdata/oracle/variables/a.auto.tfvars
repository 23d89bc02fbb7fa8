in_auto = "from a.auto"
in_both_autos = "from a.auto"
