"""Safeguards of node pools, add-ons and upgrades that stories of pools are to notice the absence of.

python -m tests.simulation --pools --mutants --seeds 400
"""

from __future__ import annotations

from .mutants import Mutant

POOL_MUTANTS = (
    Mutant("a lost creation is recovered", "resources.nested.recovery:_created", "after is None or", "True or", 52),
    Mutant("calls are recovered", "resources.nested.recovery:recover", "for call in flying:", "for call in ():", 4),
    Mutant(
        "a pool is deleted only where the spec has it no more",
        "resources.nested.share:NestedShare._change",
        "recorded is not None and (desired is None or self._options.mode == 'destroy')",
        "recorded is not None and (desired is None or live is not None and live.values.get('scaling_group.desired_size') == 0)",
        0,
    ),
    Mutant(
        "an add-on or a pool that is deleted is waited for",
        "resources.nested.perform:delete",
        "await _gone(looking, task_id)",
        "pass",
        2,
    ),
    Mutant(
        "a creation is waited for", "resources.nested.perform:create", "await _complete(looking, task_id)", "pass", 2
    ),
    Mutant(
        "a change is seen",
        "resources.nested.perform:modify",
        "await looking.effective(task_id, lambda: _is_so(looking, aimed))",
        "True",
        47,
    ),
    Mutant(
        "nodes are seen to arrive",
        "resources.node_pool.pool_nodes:scale_out",
        "not await looking.effective(task_id, lambda: sizing.is_size(size.after))",
        "False",
        18,
    ),
    Mutant(
        "no more nodes are given up than are too many",
        "resources.node_pool.pool_share:_released",
        "need = -workers.delta",
        "need = -workers.delta + (workers.delta < 0)",
        2,
    ),
    Mutant(
        "no more nodes are added than are missing",
        "resources.node_pool.pool_share:_scale_out",
        "max(0, workers.delta)",
        "max(0, workers.delta) + (workers.delta > 0)",
        0,
    ),
    Mutant(
        "an upgrade of nodes is seen",
        "resources.node_pool.pool_upgrade:follow",
        "not await looking.effective(task_id, lambda: _works(looking))",
        "False",
        2,
    ),
    Mutant(
        "an add-on that is there is taken over",
        "resources.nested.share:NestedShare._namesake",
        "self._of.takes_over or",
        "",
        17,
    ),
    Mutant(
        "a deletion is recovered only where it is gone",
        "resources.nested.recovery:recover",
        "not stale and recorded is not None and (there is None)",
        "True",
        4,
    ),
)
