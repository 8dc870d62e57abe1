"""Finds English words in what is said to a reader of Chinese."""

from __future__ import annotations

import html
import re
from collections.abc import Collection

from ackplan.core.catalog import DEFAULT, bundle

# Names, and words that are typed or that the API says.
_NAMES = frozenset(
    """
    active and attach certs connection create dedicated default delete edge exported foo lifecycle nobody nowhere state nosp not now null plans policy sandboxfault sg spec success true
    unable vpcid vsw workspaces account ack ackplan alibaba aliyun annotations api apply arguments away azure base board ci codes config console context
    critical deny depot dir error export file flannel folder git gib github gitlab group http id ids ip it json key kind kubeconfig kubernetes
    lineage list loopback managed master mermaid name new none nodes oidc old op options path pip plan planfile
    profile reset root running sandbox scale scale-out schema serial serverless shed shell shop store sts task team terraform
    text url utf vm vpc web worker workers yaml
    """.split()  # noqa: SIM905
)
_SCHEMAS = frozenset(part for name in bundle.names(DEFAULT) for part in name.split("-"))
_CODE = re.compile(r"```.*?```|`[^`]*`|<(?:code|b|script|style)>.*?</(?:code|script|style|b)>|<[^>]*>", re.DOTALL)
_TYPED = re.compile(
    # What the API and a library say.
    r"HTTP \d+ .*|SandboxFault .*|unable to load .*|(?:endpoint|credentials)：\w+|"
    r"(?:ackplan|git|kubectl|cd|aliyun) [^\u4e00-\u9fff\u3000-\u303f\uff00-\uffef\n]+"
    r"|--?[a-z][a-z-]*(?:[ =][A-Z][\w:/.]*)?|'[^']*'|\"[^\"]*\"|\$?\{[^}]*\}|\[[A-Z]+\]|\b[A-Z_]{2,}\b"
    r"|[\w.~*-]*[/._:@*=%][\w/*.:@=%+-]*\w|\w+/|\b[\w-]*\d[\w-]*\b|\b[a-z]+(?:[_-][a-z]+)+\b"
)


def english(text: str, known: Collection[str] = ()) -> list[str]:
    """The words of English that a reader of Chinese would meet, with what stands around them.

    `known` are further names, in small letters.
    """
    names = _NAMES | _SCHEMAS | frozenset(known)
    found = []
    for line in html.unescape(_CODE.sub(" ", text)).splitlines():
        words = [word for word in re.findall(r"[A-Za-z]{2,}", _TYPED.sub(" ", line)) if word.lower() not in names]
        if words:
            found.append(f"{' '.join(words)} <- {line.strip()}")
    return found
