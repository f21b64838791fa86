"""What both halves of Outlet Planner share: errors, outcomes, the project folder, artefacts, pages and the command."""
