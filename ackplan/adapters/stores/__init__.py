"""Where a team keeps its workspaces: stores that any runner reaches, each with lease, fence and every version."""
