-- wrk: the paths of the file BENCH_PATHS in turn, then one line of JSON with what was measured.
local paths, at = {}, tonumber(os.getenv("BENCH_START") or "0")
function init()
  for line in io.lines(os.getenv("BENCH_PATHS")) do paths[#paths + 1] = wrk.format("GET", line) end
end
function request()
  at = at % #paths + 1
  return paths[at]
end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\n{"requests":%d,"seconds":%f,"bytes":%d,"errors":%d,"p50":%f,"p95":%f}\n', summary.requests,
    summary.duration / 1e6, summary.bytes, e.status + e.read + e.write + e.connect + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000))
end
