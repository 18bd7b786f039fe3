// Writes manual pages in the man(7) macros.
#pragma once

#include <string>
#include <string_view>

namespace bot::cli {

class Roff {
 public:
  // `name` in lower case ("botctl-users"), `section` a digit; `what` names the manual.
  Roff(std::string_view name, char section, std::string_view what);

  Roff& section(std::string_view title);
  Roff& subsection(std::string_view title);
  Roff& paragraph();
  // Paragraphs separated by empty lines; `backquoted` words become bold.
  Roff& text(std::string_view paragraphs);
  // "name \- what it is": the line of the NAME section.
  Roff& name_line(std::string_view name, std::string_view what);
  // A term in bold with its explanation.
  Roff& item(std::string_view term, std::string_view explanation);
  // Lines as they are.
  Roff& code(std::string_view text);
  // One line in bold, for a synopsis.
  Roff& bold_line(std::string_view line);

  const std::string& page() const { return page_; }

 private:
  void lines(std::string_view text);

  std::string page_;
};

}  // namespace bot::cli
