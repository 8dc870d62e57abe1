"""ackplan: clusters of Alibaba Cloud Container Service for Kubernetes, declared, planned, reviewed and applied."""

__version__ = "0.1.0"
