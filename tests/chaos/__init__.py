"""Two runners on one workspace, and everything under them that dies: runners, servers, connections."""
