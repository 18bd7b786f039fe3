#include "client/http/curl_api.hpp"

#include <dlfcn.h>

#include <string>

namespace bot::client {
namespace {

constexpr const char* library_name = "libcurl.so.4";

Error cannot_load(const std::string& why) {
  return Error{.code = Errc::internal,
               .message = "the HTTP library cannot be loaded: " + why,
               .hint = "install the package libcurl4"};
}

template <typename Function>
void find(void* library, const char* name, Function*& into, const char*& lacking) {
  into = reinterpret_cast<Function*>(dlsym(library, name));
  if (into == nullptr) lacking = name;
}

void find_multi(void* library, CurlApi& api, const char*& lacking) {
  find(library, "curl_multi_init", api.multi_init, lacking);
  find(library, "curl_multi_cleanup", api.multi_cleanup, lacking);
  find(library, "curl_multi_add_handle", api.multi_add_handle, lacking);
  find(library, "curl_multi_remove_handle", api.multi_remove_handle, lacking);
  find(library, "curl_multi_perform", api.multi_perform, lacking);
  find(library, "curl_multi_poll", api.multi_poll, lacking);
  find(library, "curl_multi_wakeup", api.multi_wakeup, lacking);
  find(library, "curl_multi_info_read", api.multi_info_read, lacking);
}

Result<const CurlApi*> load() {
  void* library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    return cannot_load(why == nullptr ? library_name : why);
  }
  static CurlApi api{};
  const char* lacking = nullptr;
  find(library, "curl_global_init", api.global_init, lacking);
  find(library, "curl_easy_init", api.easy_init, lacking);
  find(library, "curl_easy_cleanup", api.easy_cleanup, lacking);
  find(library, "curl_easy_reset", api.easy_reset, lacking);
  find(library, "curl_easy_setopt", api.easy_setopt, lacking);
  find(library, "curl_easy_perform", api.easy_perform, lacking);
  find(library, "curl_easy_getinfo", api.easy_getinfo, lacking);
  find(library, "curl_easy_strerror", api.easy_strerror, lacking);
  find(library, "curl_slist_append", api.slist_append, lacking);
  find(library, "curl_slist_free_all", api.slist_free_all, lacking);
  find_multi(library, api, lacking);
  if (lacking != nullptr) {
    return cannot_load(std::string(library_name) + " has no " + lacking);
  }
  constexpr long all = 3;  // CURL_GLOBAL_ALL, without its C cast
  if (api.global_init(all) != CURLE_OK) return cannot_load("its initialisation failed");
  return &api;
}

}  // namespace

Result<const CurlApi*> curl_api() {
  static const auto loaded = load();
  return loaded;
}

}  // namespace bot::client
