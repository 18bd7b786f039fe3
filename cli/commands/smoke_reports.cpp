#include "cli/commands/smoke_reports.hpp"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <system_error>

#include "base/unicode.hpp"

namespace bot::cli {
namespace {

Style style_of(suites::CheckStatus status) {
  switch (status) {
    case suites::CheckStatus::passed:
      return Style::green;
    case suites::CheckStatus::failed:
      return Style::red;
    case suites::CheckStatus::skipped:
      return Style::dim;
  }
  return Style::plain;
}

std::vector<Record> records_of(const suites::RunResult& run) {
  std::vector<Record> records;
  for (const auto& suite : run.suites) {
    for (const auto& check : suite.checks) {
      Record record{.cells = {{check.id},
                              {std::string(name_of(check.status)), style_of(check.status)},
                              {std::to_string(check.duration_ms)},
                              {check.title},
                              {check.reason}},
                    .json = check,
                    .id = check.id};
      record.json["suite"] = suite.title;
      records.push_back(std::move(record));
    }
  }
  return records;
}

// Told before the run rather than after it.
Status make_place_for(const std::filesystem::path& file) {
  std::error_code failed;
  const auto folder = file.parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  const bool writable = ::access(folder.empty() ? "." : folder.c_str(), W_OK) == 0;
  if (!failed && writable && file.has_filename()) return Unit{};
  return Error{
      .code = Errc::invalid_argument,
      .message = "--report: '" + escape_for_terminal(file.string()) + "' cannot be written",
      .hint = "name a file in a folder that can be written"};
}

}  // namespace

Result<SmokeReports> SmokeReports::open(const std::vector<std::string>& specifications) {
  SmokeReports reports;
  for (const auto& specification : specifications) {
    const auto colon = specification.find(':');
    const auto format = suites::parse_report_format(specification.substr(0, colon));
    if (!format) {
      return Error{
          .code = Errc::invalid_argument,
          .message = "--report: '" + escape_for_terminal(specification) + "' is not a report",
          .hint = "say text, json, markdown or junit, and :FILE"};
    }
    Report report{.format = *format, .file = {}};
    if (colon != std::string::npos) {
      report.file = specification.substr(colon + 1);
      if (auto status = make_place_for(report.file); !status) return status.error();
    }
    reports.reports_.push_back(std::move(report));
  }
  return reports;
}

void SmokeReports::show(const suites::RunResult& run, Output& output, Rows rows) const {
  const auto format = output.format();
  if (format == Format::json) {
    output.object({}, {.cells = {}, .json = run, .id = {}});
    return;
  }
  if (format == Format::ndjson || format == Format::id || rows == Rows::wanted) {
    output.list({}, records_of(run));
    return;
  }
  bool shown = false;
  for (const auto& report : reports_) {
    if (!report.file.empty()) continue;
    output.text(suites::render(run, report.format));
    shown = true;
  }
  if (!shown) output.text(suites::render(run, suites::ReportFormat::text));
}

Status SmokeReports::write(const suites::RunResult& run) const {
  for (const auto& report : reports_) {
    if (report.file.empty()) continue;
    auto beside = report.file;
    beside += ".part";
    std::ofstream file(beside, std::ios::binary | std::ios::trunc);
    file << suites::render(run, report.format);
    file.close();
    std::error_code failed;
    if (file) std::filesystem::rename(beside, report.file, failed);
    if (!file || failed) {
      const auto why = failed ? failed : std::error_code(errno, std::generic_category());
      std::filesystem::remove(beside, failed);
      return Error{.code = Errc::failed,
                   .message = "the report " + escape_for_terminal(report.file.string()) +
                              " could not be written: " + why.message()};
    }
  }
  return Unit{};
}

}  // namespace bot::cli
