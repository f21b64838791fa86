"""How to arrange and staff one outlet: hall → zones → posts → shifts → simulation → drawings."""
