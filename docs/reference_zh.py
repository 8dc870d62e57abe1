"""Writes the reference of parameters and of operations in Chinese, docs/zh/*.md, from the English pages.

    python docs/reference_zh.py            rewrites the pages
    python docs/reference_zh.py --check    exits 1 when a page is stale

Names, types, ranges and defaults come from the schemas; what they mean from docs/zh/reference.toml, which has
the Chinese words by the English ones. A text that has none there is an error.
"""

from __future__ import annotations

import functools
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

import operations
import parameters
from reference import anchor

from ackplan.core import messages
from ackplan.core.catalog import DEFAULT
from ackplan.core.messages import recognized

HERE = Path(__file__).parent
PAGES = {"parameters": parameters, "operations": operations}
TABLE = HERE / "zh" / "reference.toml"
CODE = re.compile(r"`[^`]*`")
# Types that are put together, with what stands for their parts; the first that fits counts.
TYPES = (
    (r"(.+); (no bits set behind the prefix|LOW is at most HIGH)", "{0}；{1}"),
    (r"(.+), or the same as text", "{0}，或写成文本"),
    (r"(integer|number), (\S+) to (\S+)", "{0}，{1} 到 {2}"),
    (r"(integer|number), at least (\S+)", "{0}，至少 {1}"),
    (r"(integer|number), at most (\S+)", "{0}，最多 {1}"),
    (r"list, (\d+) to (\d+), none twice: (.+)", "列表，{0} 到 {1} 项，不重复：{2}"),
    (r"list, (\d+) to (\d+): (.+)", "列表，{0} 到 {1} 项：{2}"),
    (r"list, at least (\d+), none twice: (.+)", "列表，至少 {0} 项，不重复：{1}"),
    (r"list, at least (\d+): (.+)", "列表，至少 {0} 项：{1}"),
    (r"list, at most (\d+), none twice: (.+)", "列表，最多 {0} 项，不重复：{1}"),
    (r"list, at most (\d+): (.+)", "列表，最多 {0} 项：{1}"),
    (r"list, none twice: (.+)", "列表，不重复：{0}"),
    (r"list: (.+)", "列表：{0}"),
    (r"mapping of (.+)", "映射，键为 {0}"),
    (r"(.+[^.]) or (.+[^.])", "{0} 或 {1}"),
)
TODAY = r"(.+?\.) (`ackplan schema \S+`) prints it; its facts are from (\S+ [\d.]+, \w+); resource type (`\w+`)\. "
# Paragraphs and rules that are put together.
PARAGRAPHS = (
    (r"(`[^`]+`)\. Guide ([\d., ]+)\.", "{0}。指南 {1}。"),
    (r"(`[^`]+`), also (`[^`]+`)\. Guide ([\d., ]+)\.", "{0}，也可用 {1}。指南 {2}。"),
    (r"(`[^`]+`)\. Beyond the guide\.", "{0}。指南之外。"),
    (r"(`[^`]+`), also (`[^`]+`)\. Beyond the guide\.", "{0}，也可用 {1}。指南之外。"),
    (r"(.+\.) The answer is a secret\.", "{0}返回内容是密钥。"),
    (r"Errors: (.+)\.", "错误：{0}。"),
    (r"Answer (\d+): \[(\w+)\]\(#answer-\w+\), or empty\. (.+)", "返回 {0}：[{1}](#返回{1})，可能为空。{2}"),
    (r"Answer (\d+): \[(\w+)\]\(#answer-\w+\)\. (.+)", "返回 {0}：[{1}](#返回{1})。{2}"),
    (r"Answer: (\w+)", "返回：{0}"),
    (
        r"Body: the parameters of a cluster: (.+); with its workers in node pools, as today: (.+)\.",
        "请求体：集群的参数：{0}；使用节点池的当前写法：{1}。",
    ),
    (r"(.+\.) Known: (.+)\.", "{0}已知值：{1}。"),
    (r"Known: (.+)\.", "已知值：{0}。"),
    (r"list of (.+)", "列表，每项为{0}"),
    (r"(.+?\.) Guide ([\d.]+); resource type (`\w+`)\.", "{0}指南 {1}；资源类型 {2}。"),
    (
        TODAY + r"Beside these parameters stands `node_pools`.+",
        "{0}{1} 输出其 Schema；内容来自 {2}；资源类型 {3}。同级的 `node_pools` 中是[节点池](#节点池)。",
    ),
    (
        TODAY + r"Each stands under its name.+",
        "{0}{1} 输出其 Schema；内容来自 {2}；资源类型 {3}。每个节点池以名称为键，写在集群的 `node_pools` 中。",
    ),
    (
        r"The networks of (.+) must not overlap; without a VPC they are (.+) unless given",
        "{0} 的网段不能重叠；没有 VPC 且未设置时为 {1}",
    ),
)
# Names, numbers and sources, which are the same in every language; a link to a kind has words of its own.
KEPT = re.compile(r"[a-z]+(_[a-z]+)*|alibabacloud-\S+ [\d.]+, \w+|\w+( [\d./]+)?(, \w+( [\d./]+)?)+")
LINK = re.compile(r"\[([^\]]+)\]\(parameters\.md#([^)]+)\)")


@functools.cache
def chinese() -> Mapping[str, str]:
    """The Chinese words by the English ones, with what messages say of values and rules."""
    own = tomllib.loads(TABLE.read_text("utf-8"))
    return {**messages.phrases_of("reasons", "zh"), **{en: zh for part in own.values() for en, zh in part.items()}}


def said(text: str) -> str:
    """A cell, a heading or a paragraph in Chinese. KeyError where it is not there."""
    if text in chinese():
        return chinese()[text]
    if text.startswith("[`"):
        return text.replace(", ", "、")
    if LINK.match(text):
        return LINK.sub(kind, text).replace(", ", "、")
    if (
        KEPT.fullmatch(text)
        or not re.search(r"[A-Za-z]{2,}", CODE.sub("", text))
        or re.fullmatch(r"\(?`[^`]*`\)?( \(?`[^`]*`\)?)*", text)
    ):
        return re.sub(r"(?<=[\d`]), (?=[\d`])", "、", text)
    for pattern, words in (*PARAGRAPHS, *TYPES):
        if match := re.fullmatch(pattern, text):
            return words.format(*map(said, match.groups()))
    raise KeyError(text)


def kind(link: re.Match[str]) -> str:
    """The link to a kind of cluster, on the page in Chinese."""
    heading = next(name for name in map(parameters.heading, DEFAULT.kinds) if anchor(name) == link[2])
    return f"[{said(heading)}](parameters.md#{anchor(said(heading))})"


def line(text: str) -> str:
    """A line of a page: the row of a table, the item of a list, or a paragraph."""
    if text.startswith("|"):
        cells = re.split(r"(?<!\\)\|", text)[1:-1]
        return "| " + " | ".join(said(each.strip()) for each in cells) + " |"
    if text.startswith("- "):
        return f"- {rule(text[2:].removesuffix('.'))}。"
    head = re.match(r"#+ ", text)
    return head[0] + said(text[head.end() :]) if head else said(text)


def rule(text: str) -> str:
    """A rule in Chinese: messages say the same where it is broken."""
    words = recognized.spoken(text, "zh")
    words = words if words != text else said(text)
    return re.sub(r"(?<=\d) or (?=\d)", " 或 ", re.sub(r"(?<=\d) to (?=\d)", " 到 ", words)).replace(", ", "、")


def render(name: str) -> str:
    """A whole page, as Markdown."""
    english = PAGES[name].render().removeprefix(PAGES[name].INTRODUCTION.rstrip()).strip()
    lines = re.sub(r"(?<=[^\n|:])\n(?=[A-Za-z\[`])", " ", english).split("\n")
    return "\n".join([chinese()[name].strip(), "", *(line(each) if each else "" for each in lines)]) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Writes the pages, or with `--check` only says whether they are up to date. The exit code."""
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python docs/reference_zh.py [--check]\n")
        return 64
    for name in PAGES:
        page, text = HERE / "zh" / f"{name}.md", render(name)
        if not arguments:
            page.write_text(text, "utf-8")
        elif not page.exists() or page.read_text("utf-8") != text:
            sys.stderr.write(f"{page.name} is stale: python docs/reference_zh.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
