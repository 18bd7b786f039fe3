#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/output/output.hpp"
#include "suites/smoke.hpp"

namespace bot::cli {

enum class Rows { unwanted, wanted };

// Where the reports of a run go: --report FORMAT[:FILE], any number of them.
class SmokeReports {
 public:
  // Makes the files' folders, so that a wrong place is told before the run and not after it.
  // Error: invalid_argument.
  static Result<SmokeReports> open(const std::vector<std::string>& specifications);

  // What standard output gets: JSON or ids when asked for, a report without a file, else the text.
  void show(const suites::RunResult& run, Output& output, Rows rows) const;

  // Each file is written beside its name first and then put in its place. Error: failed.
  Status write(const suites::RunResult& run) const;

 private:
  struct Report {
    suites::ReportFormat format = suites::ReportFormat::text;
    std::filesystem::path file;  // empty: standard output
  };

  std::vector<Report> reports_;
};

}  // namespace bot::cli
