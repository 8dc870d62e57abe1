// The clusters, a row each.

const list = new VirtualList({
  id: "clusters",
  label: "Clusters",
  height: 52,
  fill: fillCluster,
  choose: (number) => choose(number, -1),
});

function fillCluster(number, row) {
  const cluster = clusters[number];
  row.classList.add("cluster");
  row.setAttribute("data-tone", cluster.tone);
  const about = [cluster.kind, cluster.region, cluster.headline].filter(Boolean).join(" · ");
  row.append(
    element("span", { class: "mark", "aria-hidden": "true" }, cluster.mark ?? ""),
    element("div", { class: "what" }, element("div", { class: "label" }, cluster.name), element("div", { class: "quiet" }, about)),
    element("div", { class: "flags" }, ...flags(cluster)),
  );
}

function flags(cluster) {
  const shown = [];
  if (cluster.status && cluster.status !== "no-op") shown.push(badge(cluster.status, cluster.status));
  if (cluster.tone === "blocked") shown.push(badge("blocked", "blocked"));
  if (cluster.drift) shown.push(badge("drift", "drift"));
  if (cluster.seconds && !data.run) shown.push(element("span", { class: "quiet" }, `~${duration(cluster.seconds)}`));
  return shown;
}
