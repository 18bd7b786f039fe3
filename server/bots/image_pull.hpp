#pragma once

namespace bot::bots {

// When a Docker Engine fetches the image of the bots.
enum class ImagePull { missing, always, never };

}  // namespace bot::bots
