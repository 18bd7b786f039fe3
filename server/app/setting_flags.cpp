#include "server/app/setting_flags.hpp"

namespace bot::app {

SettingFlags::SettingFlags(CLI::App& command, const std::vector<Setting>& table) {
  for (const auto& setting : table) {
    const auto name = "--" + setting.name;
    if (setting.placeholder.empty()) {
      switches_.emplace_back(setting.name,
                             command.add_flag(name, setting.help)->configurable(false));
      continue;
    }
    auto* option =
        command.add_option(name, setting.help)->type_name(setting.placeholder)->configurable(false);
    if (setting.repeatable) option->take_all()->allow_extra_args(false);
    options_.emplace_back(setting.name, option);
  }
}

std::vector<GivenFlag> SettingFlags::given() const {
  std::vector<GivenFlag> flags;
  for (const auto& [name, option] : options_) {
    for (const auto& value : option->results())
      flags.push_back({name, value});
  }
  for (const auto& [name, option] : switches_) {
    if (option->count() > 0) flags.push_back({name, "true"});
  }
  return flags;
}

}  // namespace bot::app
