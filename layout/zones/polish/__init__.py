"""Best dimensions of a plan whose topology stays: `layout.zones.polish.solve`."""
