"""What is asked of a set of outlets: pairs, rules, prices, and the search that keeps the best plan and bound."""
