#include "suites/report/reports.hpp"
#include "suites/smoke.hpp"

namespace bot::suites {

std::optional<ReportFormat> parse_report_format(std::string_view name) {
  if (name == "text") return ReportFormat::text;
  if (name == "json") return ReportFormat::json;
  if (name == "markdown") return ReportFormat::markdown;
  if (name == "junit") return ReportFormat::junit;
  return std::nullopt;
}

std::string render(const RunResult& run, ReportFormat format) {
  switch (format) {
    case ReportFormat::text:
      return report::text(run);
    case ReportFormat::json:
      return report::json(run);
    case ReportFormat::markdown:
      return report::markdown(run);
    case ReportFormat::junit:
      return report::junit(run);
  }
  return "";
}

}  // namespace bot::suites
