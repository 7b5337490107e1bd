module conft

go 1.26
