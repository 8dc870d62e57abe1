"""Every safeguard of the product that stories are to notice the absence of, each with a way to take it away.

Whether each still has its place is seen in a second: `pytest tests/simulation/test_mutants.py`.
"""

from __future__ import annotations

from .mutants import Mutant

_INTENT = "await self.write(Phase.INTENT, facts)"
_DOWN = "execute.step_run:StepContext._write_down"
# An old creation is found by its name in the end, whoever did not look for it before.
_OLD_CREATES = ("app.resume:tried", " or isinstance(call.aim, Born)", "")
MUTANTS = (
    Mutant("an old creation has the name that is taken", *_OLD_CREATES, 1208),
    Mutant("intents are kept", _DOWN, _INTENT, "pass", 0),
    Mutant(
        "an intent is on disk before its call is sent",
        _DOWN,
        _INTENT,
        "from asyncio import create_task, sleep; create_task(self.write(Phase.INTENT, facts))",
        0,
    ),
    Mutant(
        "no secret is written down",
        _DOWN,
        "sent_at=",
        "request_id=str(self._with_secrets(self.step.call)), sent_at=",
        0,
    ),
    Mutant("an intent says when", _DOWN, ", sent_at=self.ports.clock.wall()", "", 11),
    Mutant("an intent says what it aims at", _DOWN, "Facts(aim,", "Facts(None,", 2),
    Mutant(
        "an intent has the entry that is aimed at", _DOWN, "after=self.step.after", "after=None", 16, (_OLD_CREATES,)
    ),
    Mutant(
        "a stopped run sends nothing",
        "adapters.ack.sender:Sender.stop",
        "self._stopped.set()",
        "pass",
        31,
        (("execute.waiter:Watch.check", "if self._stopped:", "if False:"),),
    ),
    Mutant(
        "answers are kept",
        "execute.step_run:StepContext.answered",
        "await self.write(Phase.ANSWER, facts, entry=entry)",
        "pass",
        31,
    ),
    Mutant(
        "an answer carries the new cluster", "execute.step_run:StepContext.answered", "entry=entry", "entry=None", 5
    ),
    Mutant(
        "a cluster that is being created is not recorded as complete",
        "resources.cluster.create:_entry",
        "created=False",
        "created=True",
        23,
    ),
    Mutant(
        "a busy cluster is waited for",
        "execute.step_run:StepContext.ready",
        "if cluster is not None and cluster.busy:",
        "if False:",
        552,
    ),
    Mutant(
        "what is settled has the cluster's id",
        "execute.step_run:StepContext.settled",
        "entry.cluster_id or self.cluster_id",
        "entry.cluster_id",
        0,
    ),
    Mutant("a create is waited for", "resources.cluster.create:create", "await context.running(task_id)", "pass", 0),
    Mutant(
        "a lost create is not taken for a refused one",
        "resources.cluster.create:_send",
        "if not fault.uncertain and (not (fault.code == NAME_TAKEN and (lost or context.late is not None))):",
        "if True:",
        48,
    ),
    Mutant("a lost create is looked for", "resources.cluster.create:_send", "lost = fault", "pass", 48),
    Mutant("a delete is waited for", "resources.cluster.delete:delete", "await _gone(context, before)", "pass", 161),
    Mutant(
        "a stopped run starts nothing",
        "execute.executor:Executor._start",
        "if self._stopping or self._closed:",
        "if self._closed:",
        31,
        (
            ("adapters.ack.sender:Sender.stop", "self._stopped.set()", "pass"),
            ("execute.waiter:Watch.stop", "self._stopped = True", "pass"),
        ),
    ),
    Mutant(
        "what hangs on a failed step is not started",
        "execute.executor:Executor._take",
        "for skipped in walk.failed(step):",
        "walk.done(step)\nfor skipped in ():",
        95,
    ),
    Mutant("no task is left behind", "execute.executor:Executor._end", "task.cancel()", "return", 55),
    Mutant("what is needed comes first", "execute.scheduler:Walk.__init__", "if not needs]", "]", 0),
    Mutant(
        "an attach leaves what else is attached in the record",
        "resources.cluster.nodes:_take_in",
        " or i not in mine",
        "",
        0,
    ),
    Mutant(
        "a scale-out runs on the pinned size alone",
        "resources.cluster.scale:_to_do",
        "if workers is None or workers != size.before:",
        "if False:",
        503,
    ),
    Mutant(
        "scaling looks first",
        "resources.cluster.scale:_to_do",
        "if workers is not None and workers == size.after:",
        "return True\nif workers == 0:",
        143,
    ),
    Mutant("a task is waited for", "execute.waiter:Watch._settle_seen", "if failed or (", "if True or (", 32),
    Mutant("a wait ends in time", "execute.waiter:Watch._check_deadlines", "now > wait.deadline", "False", 95),
    Mutant("what is settled is in flight no more", "record.journal:fold", "folding.flying.pop(key, None)", "pass", 0),
    Mutant(
        "an answer keeps the facts of its intent", "record.journal:_together", "if facts.aim is None:", "if False:", 295
    ),
    Mutant(
        "calls in flight are recovered",
        "resources.cluster.recovery:recover",
        "for call in flying:",
        "for call in ():",
        5,
    ),
    Mutant("a call on its way is not forgotten", "record.lateness:left", "return min(", "return 0.0 and min(", 11),
    Mutant(
        "a lost create is recovered",
        "resources.cluster.recovery:recover",
        "entry=_created(record, call, there)",
        "entry=None",
        16,
        (_OLD_CREATES,),
    ),
    Mutant(
        "a delete is recovered where the cluster is gone",
        "resources.cluster.recovery:_deleted",
        " and known.cluster_id not in there",
        "",
        447,
    ),
    Mutant(
        "instances of an attach that came in part are recovered",
        "resources.cluster.recovery:recover",
        "entry=_attached(record, call.name, call.aim, there, nodes)",
        "entry=None",
        2644,
    ),
    Mutant(
        "an attach is recovered",
        "resources.cluster.recovery:recover",
        "entry=_attached(record, call.name, call.aim, there, nodes)",
        "entry=None",
        836,
        (
            (
                "resources.cluster.recovery:_changed",
                "if after is None",
                "if isinstance(call.aim, Joined) or after is None",
            ),
        ),
    ),
    Mutant(
        "a call on its way stays in flight",
        "resources.cluster.recovery:recover",
        "if settled.entry is None and _open(record, call, there, coming=call.key in coming):",
        "if False:",
        317,
    ),
    Mutant(
        "only what is there is recovered as attached",
        "resources.cluster.recovery:_attached",
        "if instance in present",
        "",
        725,
    ),
    Mutant("adoption needs consent", "resources.cluster.decide:_namesake", "case.adopt", "True", 378),
    Mutant(
        "a call on its way is waited for",
        "execute.step_run:StepContext.late_call",
        "await self.look() if self.late else None",
        "None",
        11,
    ),
    Mutant("a run knows what an earlier one may have sent", "app.resume:tried", "return {", "return {} and {", 11),
    Mutant(
        "a run's work is in the record however it ends",
        "app.apply:carry_out",
        "record = finish(workspace, before)",
        "record = before.stored",
        0,
    ),
    Mutant(
        "a run's journal says whose it is",
        "app.apply:begin",
        "workspace.journal.open(head_on(before.stored, run.id, digest(plan)))",
        "pass",
        11,
    ),
    Mutant(
        "calls in flight stay in the journal",
        "app.apply:finish",
        "unsettled(leftover, flying)",
        "SETTLED",
        16,
    ),
    Mutant(
        "a run writes the record",
        "app.apply:finish",
        "record.entries == stored.entries and stored.lineage",
        "True",
        0,
    ),
    Mutant(
        "what was recovered is taken in", "app.apply:settle", "workspace.journal.append(list(recovered))", "pass", 5
    ),
    Mutant(
        "a plan takes in what an interrupted run did",
        "app.baseline:of_workspace",
        "record, flying = fold(stored, leftover.entries, stale=stale(leftover, stored))",
        "record, flying = stored, ()",
        5,
    ),
    Mutant(
        "a cluster is gone by two answers, not by one",
        "execute.presence:Absence.missing",
        "if self.since is None:",
        "return True\nif self.since is None:",
        23,
        (_OLD_CREATES,),
    ),
    Mutant(
        "no answer counts soon after a creation",
        "execute.presence:Absence.missing",
        "if now < self.hidden_until:",
        "if False:",
        514,
    ),
    Mutant(
        "a run knows when a cluster was created",
        "resources.cluster.create:_entry",
        ", accepted_at=context.accepted_at",
        "",
        514,
    ),
    Mutant(
        "what no list shows is asked for by its id", "app.observe:Observer._observed", "if not unlisted:", "if True:", 0
    ),
    Mutant(
        "what a call in flight made is looked for in its region",
        "app.observe:Observer._observed",
        ", *_regions(flying)",
        "",
        1183,
        (_OLD_CREATES,),
    ),
    Mutant(
        "most of what is recorded is not gone at once",
        "app.observe:Observer._asked",
        "if gone > 2 and gone * 2 > recorded and",
        "if False and",
        0,
    ),
    Mutant(
        "a list that is not whole stops a plan",
        "app.observe:Observer._partial",
        "if kept:",
        "if False:",
        23,
        (_OLD_CREATES,),
    ),
    Mutant(
        "a create is sent again only when the name was free for long",
        "resources.cluster.create:_sought",
        "context.ports.patience.late if lost",
        "3.0 if lost",
        48,
    ),
    Mutant(
        "only a known code means that a cluster is gone",
        "execute.ports:ApiError.missing",
        "return ",
        "return bool(self.http_status) or ",
        600,
    ),
    Mutant(
        "two clusters of one name stop a plan",
        "resources.cluster.share:_Match.twins",
        "if len(live) > 1:",
        "if False:",
        0,
    ),
    Mutant(
        "id, name and region belong together in a plan",
        "resources.cluster.cases:is_same",
        "return ",
        "return True or ",
        117,
    ),
    Mutant(
        "id, name and region belong together before a call",
        "execute.step_run:StepContext._check_identity",
        "if cluster is None or",
        "if True or cluster is None or",
        117,
        (("resources.cluster.cases:is_same", "return ", "return True or "),),
    ),
    Mutant("a cluster is asked for in its own region", "execute.presence:read", ", subject.region", "", 1),
    Mutant(
        "lists are of the clusters' regions",
        "execute.presence:Listing.clusters",
        "list_clusters(region)",
        "list_clusters()",
        1,
    ),
    Mutant(
        "a plan is carried out on the record and the journal that it was made on",
        "app.preconditions:check_sides",
        "*_record_moved(plan, before, made_on)",
        "*()",
        513,
        also=(
            ("app.preconditions:check_taken_in", "change.recorded != entries.get(change.name)", "False"),
            ("app.preconditions:_live_moved", "fingerprint(found) != plan.pins.live.get(change.name)", "False"),
        ),
    ),
    Mutant(
        "a call's time is written down as others count it",
        "execute.step_run:StepContext._write_down",
        "self.ports.clock.wall()",
        "self.ports.clock.now() - 1e9",
        11,
    ),
    Mutant(
        "what is protected stays",
        "resources.cluster.cases:is_protected",
        "said if said is not None else bool(sides.recorded and sides.recorded.prevent_destroy)",
        "False",
        98,
    ),
)
