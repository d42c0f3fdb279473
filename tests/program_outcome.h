// What a test sees of a program that ran.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

struct Outcome {
  int code = -1;
  std::string out, err;
};

inline bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A file's bytes; none if there is no such file.
inline std::string slurp(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}
