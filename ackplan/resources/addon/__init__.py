"""Add-ons of clusters: what the spec lists under `addons` is installed, configured, upgraded and uninstalled."""
