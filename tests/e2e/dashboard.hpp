#pragma once

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "tests/e2e/server_botd.hpp"

namespace bot::e2e {

// The names of metrics that stand in a text.
inline std::set<std::string> metrics_in(const std::string& text) {
  std::set<std::string> found;
  for (auto begin = text.find("botd_"); begin != std::string::npos;
       begin = text.find("botd_", begin + 1)) {
    const auto end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", begin);
    found.insert(text.substr(begin, end - begin));
  }
  return found;
}

// What the dashboard in deploy/ asks for.
inline std::set<std::string> metrics_of_dashboard() {
  const auto dashboard = nlohmann::json::parse(read_file("deploy/grafana/botd.json"));
  std::set<std::string> asked;
  for (const auto& panel : dashboard.at("panels")) {
    for (const auto& target : panel.at("targets"))
      asked.merge(metrics_in(target.at("expr").get<std::string>()));
  }
  return asked;
}

// Is it there, with a label or without?
inline bool tells(const std::string& told, const std::string& metric) {
  return told.find("\n" + metric + "{") != std::string::npos ||
         told.find("\n" + metric + " ") != std::string::npos;
}

// These are told by servers with Redis only.
inline bool is_of_redis(const std::string& name) {
  return name.starts_with("botd_redis_") || name.starts_with("botd_speech_") ||
         name.starts_with("botd_speaker_") || name.starts_with("botd_stream_");
}

// Families as they are declared: the names in the "# TYPE" lines.
inline std::set<std::string> families_in(const std::string& metrics) {
  const std::string mark = "# TYPE ";
  std::set<std::string> names;
  for (auto at = metrics.find(mark); at != std::string::npos; at = metrics.find(mark, at + 1)) {
    const auto begin = at + mark.size();
    names.insert(metrics.substr(begin, metrics.find(' ', begin) - begin));
  }
  return names;
}

}  // namespace bot::e2e
