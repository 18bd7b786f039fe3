#include "server/domain/speech.hpp"

#include <algorithm>

namespace bot::domain {
namespace {

// Sorted, for the binary search and for the sentence that lists them.
constexpr std::array<std::string_view, 100> languages = {
    "af", "am", "ar", "as", "az", "ba", "be", "bg", "bn",  "bo", "br", "bs", "ca", "cs", "cy",
    "da", "de", "el", "en", "es", "et", "eu", "fa", "fi",  "fo", "fr", "gl", "gu", "ha", "haw",
    "he", "hi", "hr", "ht", "hu", "hy", "id", "is", "it",  "ja", "jw", "ka", "kk", "km", "kn",
    "ko", "la", "lb", "ln", "lo", "lt", "lv", "mg", "mi",  "mk", "ml", "mn", "mr", "ms", "mt",
    "my", "ne", "nl", "nn", "no", "oc", "pa", "pl", "ps",  "pt", "ro", "ru", "sa", "sd", "si",
    "sk", "sl", "sn", "so", "sq", "sr", "su", "sv", "sw",  "ta", "te", "tg", "th", "tk", "tl",
    "tr", "tt", "uk", "ur", "uz", "vi", "yi", "yo", "yue", "zh"};

static_assert(std::is_sorted(languages.begin(), languages.end()));

template <typename Names>
std::string quoted_list(const Names& names) {
  std::string text = "[";
  for (const auto name : names) {
    if (text.size() > 1) text += ", ";
    text += "'" + std::string(name) + "'";
  }
  return text + "]";
}

}  // namespace

bool is_language(std::string_view code) {
  return std::binary_search(languages.begin(), languages.end(), code);
}

bool is_task(std::string_view name) {
  return std::find(tasks.begin(), tasks.end(), name) != tasks.end();
}

std::optional<std::string> language_problem(std::string_view code) {
  if (is_language(code)) return std::nullopt;
  return "Invalid language code '" + std::string(code) +
         "'. Must be one of: " + quoted_list(languages);
}

std::optional<std::string> languages_problem(const std::vector<std::string>& codes) {
  std::vector<std::string_view> unknown;
  for (const auto& code : codes) {
    if (!is_language(code)) unknown.push_back(code);
  }
  if (unknown.empty()) return std::nullopt;
  return "Invalid language codes: " + quoted_list(unknown) +
         ". Must be one of: " + quoted_list(languages);
}

std::optional<std::string> task_problem(std::string_view name) {
  if (is_task(name)) return std::nullopt;
  return "Invalid task '" + std::string(name) + "'. Must be one of: " + quoted_list(tasks);
}

}  // namespace bot::domain
