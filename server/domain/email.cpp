#include "server/domain/email.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace bot::domain {
namespace {

constexpr std::string_view local_marks = "!#$%&'*+-/=?^_`{|}~.";

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_local_part(std::string_view text) {
  const bool legal = std::all_of(text.begin(), text.end(), [](char c) {
    return is_alphanumeric(c) || local_marks.find(c) != local_marks.npos ||
           static_cast<unsigned char>(c) >= 0x80;
  });
  return legal && !text.empty() && text.size() <= 64 && text.front() != '.' && text.back() != '.' &&
         text.find("..") == text.npos;
}

bool is_domain_label(std::string_view label) {
  const bool legal = std::all_of(label.begin(), label.end(), [](char c) {
    return is_alphanumeric(c) || c == '-' || static_cast<unsigned char>(c) >= 0x80;
  });
  return legal && !label.empty() && label.size() <= 63 && label.front() != '-' &&
         label.back() != '-';
}

bool is_domain(std::string_view text) {
  const auto labels = split(text, '.');
  return labels.size() >= 2 && text.size() <= 253 &&
         std::all_of(labels.begin(), labels.end(), is_domain_label);
}

}  // namespace

std::optional<std::string> normal_email(std::string_view address) {
  const auto at = address.rfind('@');
  if (at == address.npos || has_control_characters(address)) return std::nullopt;
  const auto local = address.substr(0, at);
  const auto domain = address.substr(at + 1);
  if (!is_local_part(local) || !is_domain(domain)) return std::nullopt;
  return std::string(local) + "@" + to_lower(domain);
}

}  // namespace bot::domain
