// What a bot can be asked to do with speech (contract §1.5 and its appendix A).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bot::domain {

inline constexpr std::array<std::string_view, 2> tasks = {"transcribe", "translate"};

bool is_language(std::string_view code);
bool is_task(std::string_view name);

// Sentences for a 422 entry; nullopt when the value is accepted.
std::optional<std::string> language_problem(std::string_view code);
std::optional<std::string> task_problem(std::string_view name);
std::optional<std::string> languages_problem(const std::vector<std::string>& codes);

}  // namespace bot::domain
