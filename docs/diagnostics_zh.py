"""Writes docs/zh/diagnostics.md from the messages in Chinese: every code with what it means and what to do.

python docs/diagnostics_zh.py            writes the page
python docs/diagnostics_zh.py --check    exits 1 when the page is stale
"""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Sequence
from pathlib import Path

OUTPUT = Path(__file__).parent / "zh" / "diagnostics.md"
INTRODUCTION = """# 诊断

每个错误和警告都有代码，代码在各版本中保持不变。一行的格式为：

    文件:行:列: 代码 集群：参数：概要：详情。处理

只包含适用的部分。警告在代码之后写明“警告”，不影响退出码；有错误时退出码为 1。
一份配置的所有错误、一个计划的所有拒绝会一次列出。
`ackplan explain CODE` 输出此处的内容；尖括号中是由具体情况填入的名称和值。[英文版](../diagnostics.md)还说明原因。
"""
GROUPS = {
    "1": "配置",
    "2": "计划",
    "3": "状态、日志、锁和文件",
    "4": "API",
    "5": "应用",
    "6": "计划文件和批准",
    "7": "模拟器",
    "8": "多个工作空间和引擎",
    "9": "ackplan 的缺陷",
}
# A line that is nothing but what a finding fills in.
NOTHING = re.compile(r"[^：]+：(?:<\w+>[：，； ]*)+")


def render() -> str:
    """The whole page, as Markdown."""
    from ackplan.cli.explanations import from_messages
    from ackplan.core import messages
    from ackplan.core.language import CHINESE, speaking

    codes = sorted(name for name in messages.table(CHINESE) if "." not in name)
    parts = [INTRODUCTION.rstrip()]
    with speaking(CHINESE):
        for group, own in itertools.groupby(codes, key=lambda code: code[3]):
            parts.append(f"## {group}xxx：{GROUPS[group]}")
            parts += [section(from_messages(code, markdown=True)) for code in own]
    return "\n\n".join(parts) + "\n"


def section(text: str) -> str:
    """One code: its summary in bold, then a list of what it may mean and what to do."""
    head, summary, *causes = text.split("\n\n")
    said = (line for cause in causes for line in cause.splitlines() if not NOTHING.fullmatch(line))
    lines = [f"- {words(line)}" for line in dict.fromkeys(said)]
    return "\n\n".join([head, f"**{words(summary)}**", *(["\n".join(lines)] if lines else [])])


def words(text: str) -> str:
    """A text as Markdown: nothing in it is markup."""
    return re.sub(r"([<>*_|\\\[\]`])", r"\\\1", text)


def main(arguments: Sequence[str]) -> int:
    """Writes the page, or with `--check` only says whether it is up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/diagnostics_zh.py [--check]\n")
        return 64
    text = render()
    if not arguments:
        OUTPUT.write_text(text, "utf-8")
    elif not OUTPUT.exists() or OUTPUT.read_text("utf-8") != text:
        sys.stderr.write(f"{OUTPUT.name} is stale: python docs/diagnostics_zh.py\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
