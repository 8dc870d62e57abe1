"""Every safeguard of the product that stories are to notice the absence of, each with a way to take it away."""

from __future__ import annotations

from ackplan.api import sending
from ackplan.app import applying, planning
from ackplan.execute import creating, deleting, executor, nodes, scaling, scheduler, watch
from ackplan.execute.context import StepContext
from ackplan.plan import decide
from ackplan.record import journal, recovery

from .mutants import Mutant

_INTENT = "await self.write(Phase.INTENT, facts)"
_DOWN = StepContext._write_down
MUTANTS = (
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
        "facts = {",
        "facts = {'body': self._with_secrets(self.call.body or {}), ",
        0,
    ),
    Mutant("an intent says when", _DOWN, ', "at": now', "", 223),
    Mutant("an intent says what it aims at", _DOWN, "**_aim(step), ", "", 23),
    Mutant("an intent has the entry that is aimed at", _DOWN, '"entry": step.entry', '"entry": None', 5),
    Mutant(
        "a stopped run sends nothing",
        sending.Sender.stop,
        "self._stopped.set()",
        "pass",
        3,
        ((watch.Watch.check, "if self._stopped:", "if False:"),),
    ),
    Mutant("answers are kept", StepContext.answered, "await self.write(Phase.ANSWER, data, entry=entry)", "pass", 42),
    Mutant("an answer carries the new cluster", StepContext.answered, "entry=entry", "entry=None", 3),
    Mutant(
        "a cluster that is being created is not recorded as complete",
        creating._created,
        '"created": False',
        '"created": True',
        42,
    ),
    Mutant("a busy cluster is waited for", StepContext.ready, "cluster.busy", "False", 222),
    Mutant(
        "what is settled has the cluster's id",
        StepContext.settled,
        'entry["cluster_id"] or self.cluster_id',
        'entry["cluster_id"]',
        0,
    ),
    Mutant("a create is waited for", creating.create, "await context.running(task_id)", "pass", 0),
    Mutant(
        "a lost create is not taken for a refused one",
        creating._send,
        "fault.uncertain or lost or earlier",
        "False",
        139,
    ),
    Mutant("a lost create is looked for", creating._send, "await _found(context, answer)", "answer", 69),
    Mutant("a delete is waited for", deleting.delete, "await gone(context)", "pass", 99),
    Mutant(
        "a stopped run starts nothing",
        executor.Executor._start,
        "if self._stopping or self._closed:",
        "if self._closed:",
        3,
        ((sending.Sender.stop, "self._stopped.set()", "pass"), (watch.Watch.stop, "self._stopped = True", "pass")),
    ),
    Mutant(
        "what hangs on a failed step is not started",
        executor.Executor._take,
        "for skipped in walk.failed(step):",
        "walk.done(step)\n        for skipped in ():",
        85,
    ),
    Mutant("no task is left behind", executor.Executor._end, "task.cancel()", "return", 10),
    Mutant("what is needed comes first", scheduler.Walk.__init__, "if not needs]", "]", 0),
    Mutant("attaching looks first", nodes._missing, "if instance not in present", "", 64),
    Mutant("an attach leaves what else is attached in the record", nodes._take_in, " or i not in mine", "", 0),
    Mutant(
        "a scale-out runs on the pinned size alone",
        scaling._to_do,
        "if workers is None or workers != context.step.workers_before:",
        "if False:",
        161,
    ),
    Mutant(
        "scaling looks first",
        scaling._to_do,
        "if workers is not None and workers == context.step.workers_after:",
        "return True\n    if workers == 0:",
        161,
    ),
    Mutant("a task is waited for", watch.Watch._settle, "not cluster.busy and (ended or not follows_task)", "True", 19),
    Mutant("a wait ends in time", watch.Watch._check_deadlines, "now > wait.deadline", "False", 166),
    Mutant("what is settled is in flight no more", journal.fold, "flying.pop(key, None)", "pass", 0),
    Mutant("an answer keeps the facts of its intent", journal.fold, "**(before.data if before else {}), ", "", 29),
    Mutant("calls in flight are recovered", recovery.recover, "for call in flying:", "for call in ():", 3),
    Mutant("a creation on its way is not forgotten", recovery.on_its_way, "return 0 <", "return False and 0 <", 223),
    Mutant("a lost create is recovered", recovery.recover, "entry=_created(record, call, there)", "entry=None", 5),
    Mutant(
        "a delete is recovered where the cluster is gone",
        recovery._deleted,
        " and known.cluster_id not in there",
        "",
        191,
    ),
    Mutant(
        "instances of an attach that came in part are recovered",
        recovery.recover,
        "entry=_attached(record, call, there, nodes)",
        "entry=None",
        4251,
    ),
    Mutant(
        "an attach is recovered",
        recovery.recover,
        "entry=_attached(record, call, there, nodes)",
        "entry=None",
        43,
        (
            (
                recovery._changed,
                "if not isinstance(entry, dict)",
                "if call.data.get('operation') == 'attach' or not isinstance(entry, dict)",
            ),
        ),
    ),
    Mutant(
        "a call on its way stays in flight",
        recovery.recover,
        "if settled.entry is None and _open(record, call, there, now):",
        "if False:",
        223,
    ),
    Mutant("only what is there is recovered as attached", recovery._attached, "if instance in present", "", 95),
    Mutant("adoption needs consent", decide._namesake, "case.adopt", "True", 96),
    Mutant(
        "a call on its way is waited for",
        StepContext.late_call,
        "if self.late is None",
        "if True or self.late is None",
        467,
    ),
    Mutant("a run knows what an earlier one may have sent", applying.tried, "return {", "return {} and {", 467),
    Mutant(
        "a run's work is in the record however it ends",
        applying.apply,
        "record = finish(stores, before.stored)",
        "record = before.stored",
        0,
    ),
    Mutant(
        "a run's journal says whose it is",
        applying.apply,
        "stores.journal.open(_head(run.id, digest(plan), before.stored))",
        "pass",
        5,
    ),
    Mutant(
        "calls in flight stay in the journal",
        applying.finish,
        "if flying and leftover.head is not None:",
        "if False:",
        29,
    ),
    Mutant(
        "a run writes the record",
        applying.finish,
        "record.clusters != stored.clusters or not stored.lineage",
        "False",
        0,
    ),
    Mutant("what was recovered is taken in", applying.settle, "stores.journal.append(list(recovered))", "pass", 3),
    Mutant(
        "a plan takes in what an interrupted run did",
        planning.known,
        "record, flying = fold(stored, leftover.entries, stale=stale(leftover, stored))",
        "record, flying = stored, ()",
        3,
    ),
    Mutant(
        "what is protected stays",
        decide.Case.protected,
        "said if said is not None else bool(self.recorded and self.recorded.prevent_destroy)",
        "False",
        23,
    ),
)
