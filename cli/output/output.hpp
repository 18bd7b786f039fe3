// The one way in which commands write data to standard output.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/output/json_text.hpp"
#include "cli/output/table.hpp"
#include "client/types/json.hpp"

namespace bot::cli {

enum class Format { table, tsv, json, ndjson, id };

// One thing to show: as cells, as JSON and as the id that other commands take.
struct Record {
  Row cells;
  types::Json json;
  std::string id;
};

class Output {
 public:
  struct Look {
    Format format = Format::tsv;
    Colors colors = Colors::off;
    std::size_t columns = 0;  // for tables; 0: no limit
    JsonLook json = JsonLook::compact;
    std::optional<UnixMillis> now = std::nullopt;  // for the ages in tables
  };

  Output(std::ostream& out, Look look) : out_(&out), look_(look) {}

  Format format() const { return look_.format; }
  Colors colors() const { return look_.colors; }
  // json or ndjson: standard output is for a program that parses it.
  bool is_json() const { return look_.format == Format::json || look_.format == Format::ndjson; }

  // A table, lines, a bare JSON array, one JSON object a line, or ids.
  void list(const std::vector<Column>& columns, const std::vector<Record>& records);
  // A card, one line, a JSON object, or an id.
  void object(const std::vector<Column>& columns, const Record& record);
  // One of a stream that has no known end: a line at once, in JSON an object a line.
  void event(const Record& record);
  // What was done where there is no object to show: a sentence, its line, or its JSON.
  void done(const std::string& sentence, const Record& record);
  // Text made for people, as it is; for -o table and tsv only.
  void text(const std::string& text);

  // False once nobody reads any more (a closed pipe) or the disk is full.
  bool writable() const;
  std::ostream& stream() { return *out_; }

 private:
  void json_line(const types::Json& value, JsonLook look);

  std::ostream* out_;
  Look look_;
};

}  // namespace bot::cli
