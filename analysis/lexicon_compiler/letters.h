// Case of whole words, by ICU's simple mappings.
#pragma once

#include <string>
#include <string_view>

namespace kwerenda {

std::string lower_case(std::string_view text);
std::string title_case(std::string_view text);  // first letter upper, rest lower
std::string upper_case(std::string_view text);
std::size_t code_points(std::string_view text);
// The length in bytes of the code point that ends text; 0 for an empty text.
std::size_t last_length(std::string_view text);

}  // namespace kwerenda
