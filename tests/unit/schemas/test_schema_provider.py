"""Every parameter of today's API is an attribute of the Terraform provider, or is known to be none."""

from __future__ import annotations

from typing import Any

import pytest

from ackplan.core.catalog import DEFAULT, Kind
from ackplan.core.catalog.schemas import DEFINITIONS, PROVIDER
from ackplan.core.catalog.terraform_names import attributes_of, ids_of, without_attribute, workers_of
from ackplan.resources.types import BUILT_IN

KINDS = [*DEFAULT.kinds, *(kind for each in BUILT_IN.nested for kind in each.kinds.values())]
TODAYS = [kind for kind in KINDS if kind.section_key or kind not in DEFAULT.kinds]
TYPES = {"text", "number", "boolean", "list", "map"}
# What version 1.286 of the provider can't say. A parameter that is new in the schemas is to be found there, or to stand here.
WITHOUT = {
    "pooled-dedicated": """
        cluster_type region_id load_balancer_id control_plane_endpoints_config.internal_dns_config.bind_vpcs
        control_plane_endpoints_config.load_balancers_config ip_stack operation_policy.cluster_auto_upgrade.enabled
        operation_policy.cluster_auto_upgrade.channel audit_log_config.enabled audit_log_config.sls_project_name
        node_port_range rrsa_config.enabled control_plane_config.size control_plane_config.system_disk_provisioned_iops
        control_plane_config.system_disk_bursting_enabled control_plane_config.image_type
        control_plane_config.cpu_policy control_plane_config.security_hardening_os control_plane_config.soc_enabled
        control_plane_config.deploymentset_id control_plane_config.instance_metadata_options.http_tokens
    """,
    "pooled-managed": """
        cluster_type region_id load_balancer_id control_plane_endpoints_config.internal_dns_config.bind_vpcs
        control_plane_endpoints_config.load_balancers_config node_port_range runtime.name runtime.version
        maintenance_window.recurrence maintenance_window.exclusions
    """,
    "pooled-edge": """
        cluster_type profile region_id zone_ids load_balancer_id
        control_plane_endpoints_config.internal_dns_config.bind_vpcs
        control_plane_endpoints_config.load_balancers_config ip_stack timezone cluster_domain api_audiences
        service_account_issuer operation_policy.cluster_auto_upgrade.enabled
        operation_policy.cluster_auto_upgrade.channel audit_log_config.enabled audit_log_config.sls_project_name
        node_port_range pod_vswitch_ids maintenance_window.enable maintenance_window.maintenance_time
        maintenance_window.duration maintenance_window.weekly_period maintenance_window.recurrence
        maintenance_window.exclusions rrsa_config.enabled extra_sans encryption_provider_key
        controlplane_log_components controlplane_log_project controlplane_log_ttl
    """,
    "pooled-serverless": """
        cluster_type profile region_id zone_ids is_enterprise_security_group load_balancer_id
        control_plane_endpoints_config.internal_dns_config.bind_vpcs
        control_plane_endpoints_config.load_balancers_config ip_stack cluster_domain api_audiences
        service_account_issuer audit_log_config.enabled audit_log_config.sls_project_name
        maintenance_window.recurrence maintenance_window.exclusions encryption_provider_key
        controlplane_log_components controlplane_log_project controlplane_log_ttl
    """,
    "node_pool": """
        count eflo_node_group.auto_attach_enabled eflo_node_group.worker_ram_role_name host_network
        interconnect_config.bandwidth interconnect_config.ccn_id interconnect_config.ccn_region_id
        interconnect_config.cen_id interconnect_config.improved_period interconnect_mode intranet
        management.auto_fault_diagnosis management.auto_repair_policy.approval_required
        management.auto_repair_policy.max_parallel_repairing_nodes
        management.auto_repair_policy.max_unhealthy_nodes_threshold management.auto_upgrade_policy.auto_upgrade_os
        management.auto_upgrade_policy.auto_upgrade_runtime management.auto_vul_fix_policy.exclude_packages
        management.drift_enabled management.upgrade_config.auto_upgrade max_nodes node_components
        node_config.node_os_config.hugepage.khugepagedAllocSleepMillisecs
        node_config.node_os_config.hugepage.khugepagedDefrag
        node_config.node_os_config.hugepage.khugepagedPagesToScan
        node_config.node_os_config.hugepage.khugepagedScanSleepMillisecs
        node_config.node_os_config.hugepage.transparentDefrag node_config.node_os_config.hugepage.transparentEnabled
        node_config.node_os_config.sysctl scaling_group.cis_enabled scaling_group.cpu_options.nested_virtualization
        scaling_group.disk_init scaling_group.enable_high_density_mode scaling_group.platform
        scaling_group.resource_pool_options.private_pool_ids scaling_group.resource_pool_options.strategy
        scaling_group.security_group_id kubernetes_version
    """,
    "addon": "",
}


@pytest.mark.parametrize("kind", TODAYS, ids=str)
def test_a_parameter_of_today_is_an_attribute_or_known_to_be_none(kind: Kind) -> None:
    assert sorted(without_attribute(kind)) == sorted(WITHOUT[kind.name].split())


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_no_two_parameters_are_one_attribute(kind: Kind) -> None:
    paths = [place.path for places in attributes_of(kind).values() for place in places]
    paths += [(name,) for name in ids_of(kind)]
    assert sorted(map(str, paths)) == sorted(map(str, set(paths)))


def sample(schema: Any) -> Any:
    """A value that the schema's type allows."""
    taken = schema.get("type", "string")
    match taken if isinstance(taken, str) else taken[-1]:
        case "array":
            parts = DEFAULT.schemas.merged(schema.get("items", {}), DEFINITIONS).get("properties", {})
            return [{name: sample(part) for name, part in parts.items()} or "a"]
        case "object":
            return {"a": "b"}
        case "boolean":
            return True
        case "integer" | "number":
            return 7
    return "true" if schema.get("x-ack-reads") == "boolean" else "7"


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of the type that the provider has."""
    if isinstance(kind, list):
        return isinstance(value, list) and all(
            fits(part, kind[0][key]) for item in value for key, part in item.items() if key in kind[0]
        )
    python = {"text": str, "number": (int, float), "boolean": bool, "list": list, "map": dict}[kind]
    return isinstance(value, python) and not (kind == "number" and isinstance(value, bool))


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_values_are_shown_in_the_types_of_the_provider(kind: Kind) -> None:
    for name, places in attributes_of(kind).items():
        place = places[0]
        if place.type is not None and not kind.parameters[name].secret:
            shown = place.value(sample(kind.parameters[name].schema))
            assert fits(shown, place.type), (name, shown, place.type)


def test_workers_of_the_guide_are_a_pool_of_the_provider() -> None:
    for kind in KINDS:
        pool = workers_of(kind)
        assert (pool is not None) == (kind.name in {"dedicated", "managed"})
        if pool is not None:
            assert [name for name, place in pool.attributes if place.type is None] == []
            paths = [place.path for _, place in pool.attributes]
            assert len(set(paths)) == len(paths)
            worked = {name for name in kind.parameters if name.startswith("worker_")} - {"worker_data_disk"}
            assert worked <= {name for name, _ in pool.attributes}


def test_the_table_is_well_formed() -> None:
    resources = DEFAULT.schemas.read(PROVIDER)["resources"]
    assert set(resources) == {kind.resource for kind in KINDS}

    def check(kind: Any) -> None:
        parts = kind[0] if isinstance(kind, list) else kind
        if isinstance(parts, dict):
            assert parts
            for name, inner in parts.items():
                assert name == name.lower()
                check(inner)
        else:
            assert parts in TYPES

    for resource in resources.values():
        check(resource["attributes"])
        assert resource["ids"]["id"].endswith("{id}")


def test_secrets_are_attributes_of_their_own() -> None:
    """What marks them as sensitive looks at the top alone."""
    for kind in KINDS:
        for name in kind.secrets:
            assert [place.path for place in attributes_of(kind)[name]] == [("password",)]
